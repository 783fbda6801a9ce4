import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TABLES } from '../../src/platform/table-definitions.ts';
import { Bastion } from '../constructs/bastion.ts';
import { Documents } from '../constructs/documents.ts';
import { Identity } from '../constructs/identity.ts';
import { Keys } from '../constructs/keys.ts';
import { type CodeOf, LedgerFunction } from '../constructs/ledger-function.ts';
import { Network } from '../constructs/network.ts';
import { Queues } from '../constructs/queues.ts';
import { Reporting } from '../constructs/reporting.ts';
import { Tables } from '../constructs/tables.ts';
import { environmentOf } from '../environment.ts';
import { FUNCTIONS } from '../functions.ts';
import { tableResource } from '../resources.ts';
import { statementsFor } from '../rights.ts';
import type { Settings } from '../settings.ts';

export interface StatefulProps extends StackProps {
  readonly code: CodeOf;
}

/**
 * What holds something that must not be lost: data, users, keys, and the addresses that city halls know. It changes rarely, and
 * everything else can be destroyed and deployed again on top of it.
 */
export class StatefulStack extends Stack {
  readonly keys: Keys;
  readonly network: Network;
  readonly tables: Tables;
  readonly documents: Documents;
  readonly queues: Queues;
  readonly reporting: Reporting;
  readonly identity: Identity;
  readonly tokenClaims: LedgerFunction;

  constructor(scope: Construct, id: string, settings: Settings, { code, ...props }: StatefulProps) {
    super(scope, id, { ...props, terminationProtection: settings.keepData });
    this.keys = new Keys(this, 'Keys', settings);
    this.network = new Network(this, 'Network', settings, this.keys.operations);
    this.tables = new Tables(this, 'Tables', settings, (kind) => this.keys.ofTable(kind));
    this.documents = new Documents(this, 'Documents', settings, this.keys.documents);
    this.queues = new Queues(this, 'Queues', settings);
    this.reporting = new Reporting(this, 'Reporting', settings, {
      vpc: this.network.vpc,
      key: this.keys.reporting,
      logKey: this.keys.operations,
    });
    this.tokenClaims = this.makeTokenClaims(settings, code);
    this.identity = new Identity(this, 'Identity', settings, this.tokenClaims.fn);
    if (settings.bastion) {
      new Bastion(this, 'Bastion', { vpc: this.network.vpc, database: this.reporting.cluster });
    }
  }

  /** It stands with the users, whose pool calls it by name and cannot do without. */
  private makeTokenClaims(settings: Settings, code: CodeOf): LedgerFunction {
    const { clients } = this.tables.byKind;
    const resources = { clients: tableResource(clients, TABLES.clients.variable, this.keys.ofTable('clients')) };
    const row = FUNCTIONS['token-claims'];
    return new LedgerFunction(this, 'TokenClaims', {
      name: 'token-claims',
      row,
      settings,
      code,
      logKey: this.keys.operations,
      statements: statementsFor(this, row.may, resources),
      environment: environmentOf(settings, row.may, resources),
    });
  }
}
