import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { _Record as SdkRecord } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord, AttributeValue as LambdaAttributeValue } from 'aws-lambda';

/** A record as the event source mapping hands it to a function: times in seconds, binary as base64. */
export function lambdaRecord(record: SdkRecord, streamArn: string): DynamoDBRecord {
  const { ApproximateCreationDateTime, Keys, NewImage, SequenceNumber, SizeBytes, StreamViewType } =
    record.dynamodb ?? {};
  return {
    eventID: record.eventID ?? '',
    eventName: record.eventName ?? 'INSERT',
    eventVersion: record.eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'sa-east-1',
    eventSourceARN: streamArn,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((ApproximateCreationDateTime?.getTime() ?? 0) / 1_000),
      Keys: image(Keys),
      ...(NewImage && { NewImage: image(NewImage) }),
      SequenceNumber: SequenceNumber ?? '',
      SizeBytes: SizeBytes ?? 0,
      StreamViewType: StreamViewType ?? 'NEW_IMAGE',
    },
  };
}

function image(attributes: Readonly<Record<string, AttributeValue>> = {}): Record<string, LambdaAttributeValue> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): LambdaAttributeValue {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(plain) };
  if (value.M !== undefined) return { M: image(value.M) };
  return value as LambdaAttributeValue;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
