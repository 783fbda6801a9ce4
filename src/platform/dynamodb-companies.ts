import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Companies, type Company, CompanyChanged, CompanyUnknown } from '../commands/company-ports.ts';
import type { Cnpj } from '../nfse/cnpj.ts';

/**
 * `CompaniesTable`: one item a company. Registration and certificate are attributes of their own, so that a change of one leaves the
 * other as it is; `version` counts both.
 */
export function dynamoDbCompanies(client: DynamoDBClient, tableName: string): Companies {
  const update = async (
    companyCnpj: Cnpj,
    input: Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'> & { readonly values: object },
    refused: (cause: unknown) => Error,
  ): Promise<Company> => {
    const { values, ...expressions } = input;
    try {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: marshall({ companyCnpj }),
          ...expressions,
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return companyOf(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw refused(error);
      throw error;
    }
  };

  return {
    async get(companyCnpj) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: marshall({ companyCnpj }), ConsistentRead: true }),
      );
      return Item && companyOf(Item);
    },
    put: (companyCnpj, registration, version, { by, at }) =>
      update(
        companyCnpj,
        {
          UpdateExpression: 'SET registration = :registration, #version = :next, updatedAt = :at, updatedBy = :by',
          ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
          values: {
            ':registration': registration,
            ':next': version + 1,
            ':at': at,
            ':by': by,
            ':version': version === 0 ? undefined : version,
          },
        },
        (cause) => new CompanyChanged(companyCnpj, { cause }),
      ),
    noteCertificate: (companyCnpj, certificate, { by, at }) =>
      update(
        companyCnpj,
        {
          UpdateExpression: 'SET certificate = :certificate, updatedAt = :at, updatedBy = :by ADD #version :one',
          ConditionExpression: 'attribute_exists(#version)',
          values: { ':certificate': certificate, ':at': at, ':by': by, ':one': 1 },
        },
        (cause) => new CompanyUnknown(companyCnpj, { cause }),
      ),
  };
}

/** What the table holds was written by the two updates above. */
function companyOf(item: Record<string, AttributeValue>): Company {
  const { registration, ...rest } = unmarshall(item);
  return { ...registration, ...rest } as Company;
}
