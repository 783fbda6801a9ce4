import { type Message, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { attributesOf, type Death } from '../commands/dead-letters/dead-letter.ts';
import { MalformedMessage, readWork } from '../commands/read-work.ts';
import { ContradictoryOutcome } from '../commands/record-outcome/decide.ts';

export interface DeadLetterOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** After how many receives the queue itself moves a message, without a word of why. */
  readonly maxReceives: number;
  readonly onDeath: (death: Death) => void;
  /** The DLQ could not be reached: the message stays, and the queue's own redrive is the net. */
  readonly onTrouble: (error: unknown, death: Death) => void;
}

/**
 * Around the handling of a message: one that cannot be handled goes to the DLQ with its cause, and counts as done. At once where
 * trying again changes nothing, at the last receive otherwise. It is sent before it is deleted: dying in between leaves it twice,
 * which is harmless, and never lost.
 */
export function withDeadLetters(
  options: DeadLetterOptions,
  handle: (message: Message) => Promise<void>,
): (message: Message) => Promise<void> {
  return async (message) => {
    try {
      await handle(message);
    } catch (error) {
      const receiveCount = Number(message.Attributes?.ApproximateReceiveCount ?? 0);
      if (!isHopeless(error) && receiveCount < options.maxReceives) throw error;
      if (!(await buried(options, message, deathOf(message, error)))) throw error;
    }
  };
}

/** Neither time nor another worker makes these any better. */
function isHopeless(error: unknown): boolean {
  return error instanceof MalformedMessage || error instanceof ContradictoryOutcome;
}

async function buried({ client, queueUrl, onDeath, onTrouble }: DeadLetterOptions, message: Message, death: Death) {
  const attributes = Object.entries(attributesOf(death));
  try {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: message.Body,
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    );
  } catch (error) {
    onTrouble(error, death);
    return false;
  }
  onDeath(death);
  return true;
}

function deathOf(message: Message, error: unknown): Death {
  const work = workIn(message);
  return {
    ...describe(error),
    ...(work && { work }),
    sentAtMs: Number(message.Attributes?.SentTimestamp ?? 0),
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 0),
    messageId: message.MessageId ?? '',
  };
}

function workIn({ Body = '' }: Message): Death['work'] {
  try {
    return readWork(Body);
  } catch {
    return undefined;
  }
}

/** What a dead letter may tell of an error: a stable code, its class, and its message without anything of a person. */
export function describe(error: unknown): Pick<Death, 'cause' | 'errorName' | 'errorMessage'> {
  if (!(error instanceof Error)) return { cause: 'defect', errorName: 'NotAnError', errorMessage: typeof error };
  return {
    cause: causeOf(error),
    errorName: error.name.replace(/\W/g, '').slice(0, MOST_NAME) || 'Error',
    errorMessage: impersonal(error.message),
  };
}

const MOST_NAME = 100;
const MOST_MESSAGE = 300;

/** Our own errors have codes; AWS has names; of the system only the network fails; everything else is a defect. */
function causeOf(error: Error): string {
  if ('$metadata' in error) return `aws-${kebab(error.name.replace(/(?:Exception|Error)$/, ''))}`.slice(0, 60);
  const code = 'code' in error ? String(error.code) : '';
  if (/^[a-z][a-z0-9-]{0,59}$/.test(code)) return code;
  return /^E[A-Z]{3,}/.test(code) ? 'network' : 'defect';
}

function kebab(name: string): string {
  return (
    name
      .replace(/\W/g, '')
      .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
      .toLowerCase() || 'error'
  );
}

/** Without what may be a CPF, a CNPJ, a telephone number or an e-mail address, and on one line. */
function impersonal(message: string): string {
  return message
    .replace(/\S+@\S+/g, '#')
    .replace(/\d(?:[\d./ -]{7,})\d/g, '#')
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ')
    .slice(0, MOST_MESSAGE)
    .toWellFormed();
}
