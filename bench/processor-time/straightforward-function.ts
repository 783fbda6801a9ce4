/**
 * The least that accepts an emission: parse it with one schema, put it under one condition, start the workflow, answer. The baseline of
 * the product's function; it keeps none of the product's promises.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';

const Body = z.object({
  companyCnpj: z.string().regex(/^[0-9A-Z]{12}\d{2}$/),
  municipalityCode: z.string().regex(/^\d{7}$/),
  competenceDate: z.iso.date(),
  dps: z.object({ series: z.string().max(5), number: z.int().min(1) }),
  issuer: z.object({ municipalRegistration: z.string(), simplesNacional: z.enum(['NONE', 'MEI', 'ME_EPP']) }),
  service: z.object({
    code: z.string().regex(/^\d{6}$/),
    description: z.string().min(1).max(2000),
    nbsCode: z.string().regex(/^\d{9}$/),
    reference: z.string(),
  }),
  customer: z.object({
    cnpj: z.string().regex(/^[0-9A-Z]{12}\d{2}$/),
    name: z.string().min(1).max(300),
    email: z.email(),
    phone: z.string().regex(/^\d{6,20}$/),
    address: z.object({
      street: z.string(),
      number: z.string(),
      complement: z.string(),
      district: z.string(),
      municipalityCode: z.string().regex(/^\d{7}$/),
      postalCode: z.string().regex(/^\d{8}$/),
    }),
  }),
  amounts: z.object({ service: z.string().regex(/^\d+\.\d{2}$/), issWithheldBy: z.enum(['NOBODY', 'CUSTOMER']) }),
});

const documents = DynamoDBDocumentClient.from(new DynamoDBClient());
const workflows = new SFNClient();
const { STRAIGHTFORWARD_TABLE: TableName, EMIT_WORKFLOW_ARN: stateMachineArn } = process.env;

export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const emission = Body.parse(JSON.parse(event.body ?? ''));
  const invoiceId = `inv_${event.headers['idempotency-key']}`;
  const at = new Date().toISOString();
  await documents.send(
    new PutCommand({
      TableName,
      Item: { invoiceId, version: 1, at, status: 'EMITTED', emission },
      ConditionExpression: 'attribute_not_exists(invoiceId)',
    }),
  );
  const { municipalityCode, dps } = emission;
  const input = JSON.stringify({ operation: 'emit', invoiceId, municipalityCode, dps, delaySeconds: 0 });
  await workflows.send(new StartExecutionCommand({ stateMachineArn, name: invoiceId, input }));
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ invoiceId, status: 'EMITTED', at }),
  };
}
