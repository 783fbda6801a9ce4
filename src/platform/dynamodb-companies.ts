import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../aws/document-client.ts';
import { type Companies, type Company, CompanyChanged, CompanyUnknown } from '../commands/company-ports.ts';
import type { Cnpj } from '../nfse/cnpj.ts';

/**
 * `CompaniesTable`: one item a company. Registration and certificate are attributes of their own, so that a change of one leaves the
 * other as it is; `version` counts both.
 */
export function dynamoDbCompanies(client: DynamoDBDocumentClient, tableName: string): Companies {
  const update = async (
    companyCnpj: Cnpj,
    input: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression'> & { readonly values: Item },
    refused: (cause: unknown) => Error,
  ): Promise<Company> => {
    const { values, ...expressions } = input;
    try {
      const { Attributes = {} } = await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { companyCnpj },
          ...expressions,
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: values,
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
        new GetCommand({ TableName: tableName, Key: { companyCnpj }, ConsistentRead: true }),
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
function companyOf({ registration, ...rest }: Item): Company {
  return { ...registration, ...rest } as Company;
}
