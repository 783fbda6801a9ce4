/** An AWS request as it comes over the wire, once it is known which service it is for. */
export interface AwsRequest {
  /** As the signature names it: `dynamodb`, `s3`, `states`, … */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** What IAM would ask the role of the caller for. */
export interface Permission {
  readonly action: string;
  readonly arn: string;
}

/** Of the account that the local engines play. */
export const arnOf = (service: string, name: string): string => `arn:aws:${service}:sa-east-1:000000000000:${name}`;
export const tableArn = (table: string): string => arnOf('dynamodb', `table/${table}`);
export const queueArn = (url: string): string => arnOf('sqs', url.slice(url.lastIndexOf('/') + 1));
export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const secretArn = (name: string): string => arnOf('secretsmanager', `secret:${name}`);

type Fields = Readonly<Record<string, unknown>>;

/**
 * The permissions that a request needs, as the Service Authorization Reference has them. A batch of messages needs what one message does;
 * a transaction needs what its parts do; an index is a resource of its own. An operation that stands nowhere here comes as itself on
 * nothing in particular, which no role allows.
 */
export function permissionsFor(request: AwsRequest): readonly Permission[] {
  switch (request.service) {
    case 's3':
      return forObject(request);
    case 'rds-data':
      return forStatement(request);
    default:
      return forOperation(request.service, operationOf(request), fieldsIn(request));
  }
}

/** To learn that an object is not there one must be allowed to list its bucket: without that S3 says that it may not be read. */
export function permissionToMiss({ service, method, path }: AwsRequest): readonly Permission[] {
  if (service !== 's3' || method !== 'GET') return [];
  return [{ action: 's3:ListBucket', arn: bucketArn(objectIn(path).bucket) }];
}

/** What is not JSON names no resource. */
function fieldsIn({ body }: AwsRequest): Fields {
  try {
    return JSON.parse(body) as Fields;
  } catch {
    return {};
  }
}

const operationOf = ({ headers }: AwsRequest) => String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');

function forOperation(service: string, operation: string, input: Fields): readonly Permission[] {
  const on = (arn: string) => [{ action: `${service}:${operation.replace(/Batch$/, '')}`, arn }];
  switch (service) {
    case 'dynamodb':
      return forItems(operation, input);
    case 'sqs':
      return on(queueArn(String(input.QueueUrl)));
    case 'states':
      return on(String(input.stateMachineArn));
    case 'secretsmanager':
      return on(secretArn(String(input.SecretId ?? input.Name)));
    default:
      return on('*');
  }
}

function forItems(operation: string, { TableName, IndexName, RequestItems, TransactItems }: Fields) {
  if (Array.isArray(TransactItems)) return TransactItems.flatMap((part) => forPart(part as Fields));
  const action = `dynamodb:${operation}`;
  if (RequestItems !== undefined) {
    return Object.keys(RequestItems as Fields).map((table) => ({ action, arn: tableArn(table) }));
  }
  if (typeof TableName !== 'string') return [{ action, arn: '*' }];
  const index = typeof IndexName === 'string' ? `/index/${IndexName}` : '';
  return [{ action, arn: tableArn(TableName) + index }];
}

/** `Put` of a transaction is a PutItem, `ConditionCheck` a ConditionCheckItem. */
function forPart(part: Fields): readonly Permission[] {
  return Object.entries(part).map(([kind, item]) => ({
    action: `dynamodb:${kind}Item`,
    arn: tableArn(String((item as Fields).TableName)),
  }));
}

const OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: 's3:GetObject',
  HEAD: 's3:GetObject',
  PUT: 's3:PutObject',
  DELETE: 's3:DeleteObject',
};

function forObject({ method, path }: AwsRequest): readonly Permission[] {
  const { bucket, key } = objectIn(path);
  const action = key === '' ? undefined : OBJECT_ACTIONS[method];
  return [{ action: action ?? `s3:${method}`, arn: action ? `${bucketArn(bucket)}/${key}` : '*' }];
}

/** With the bucket in the path, as local engines have it. */
function objectIn(path: string): { bucket: string; key: string } {
  const [, bucket = '', ...key] = path.replace(/\?.*$/, '').split('/');
  return { bucket, key: key.map(decodeURIComponent).join('/') };
}

const STATEMENT_ACTIONS: Readonly<Record<string, string>> = {
  '/Execute': 'ExecuteStatement',
  '/BatchExecute': 'BatchExecuteStatement',
  '/BeginTransaction': 'BeginTransaction',
  '/CommitTransaction': 'CommitTransaction',
  '/RollbackTransaction': 'RollbackTransaction',
};

/** The Data API reads the database's secret with the rights of whoever calls. */
function forStatement(request: AwsRequest): readonly Permission[] {
  const input = fieldsIn(request);
  return [
    { action: `rds-data:${STATEMENT_ACTIONS[request.path] ?? request.path}`, arn: String(input.resourceArn) },
    { action: 'secretsmanager:GetSecretValue', arn: String(input.secretArn) },
  ];
}
