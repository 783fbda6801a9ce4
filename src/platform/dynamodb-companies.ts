import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../aws/document-client.ts';
import {
  type Companies,
  type Company,
  CompanyChanged,
  CompanyUnknown,
  MAX_ROUTE_DECISIONS,
  TooManyRouteDecisions,
} from '../commands/company-ports.ts';
import type { Cnpj } from '../nfse/cnpj.ts';

/**
 * `CompaniesTable`: one item a company. Registration, certificate and decisions are attributes of their own, so that a change of one leaves
 * the others as they are; `version` counts all.
 */
export function dynamoDbCompanies(client: DynamoDBDocumentClient, tableName: string): Companies {
  const update = async (
    companyCnpj: Cnpj,
    input: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression'> & { readonly values: Item },
    refused: (cause: ConditionalCheckFailedException) => Error,
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
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
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
    decideRoute: (companyCnpj, decision) =>
      update(
        companyCnpj,
        {
          UpdateExpression:
            'SET routeDecisions = list_append(if_not_exists(routeDecisions, :none), :decision), updatedAt = :at, updatedBy = :by ADD #version :one',
          ConditionExpression:
            'attribute_exists(#version) AND (attribute_not_exists(routeDecisions) OR size(routeDecisions) < :max)',
          values: {
            ':none': [],
            ':decision': [decision],
            ':at': decision.at,
            ':by': decision.by,
            ':one': 1,
            ':max': MAX_ROUTE_DECISIONS,
          },
        },
        (cause) =>
          cause.Item ? new TooManyRouteDecisions(companyCnpj, { cause }) : new CompanyUnknown(companyCnpj, { cause }),
      ),
  };
}

/** What the table holds was written by the updates above. */
function companyOf({ registration, ...rest }: Item): Company {
  return { ...registration, ...rest } as Company;
}
