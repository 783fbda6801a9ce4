import { type Message, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { attributesOf, type Death } from '../commands/dead-letters/dead-letter.ts';
import { ContradictoryOutcome } from '../commands/record-outcome/decide.ts';
import { NotTheReplacedNote } from '../commands/replace-invoice/decide.ts';
import { MalformedMessage, readWork } from '../commands/work.ts';

export interface DeadLetterOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** After how many receives the queue itself moves a message, without a word of why. */
  readonly maxReceives: number;
  /** Told what became of each message that failed. */
  readonly onFailed: (death: Death, fate: 'leave' | 'delete', error: unknown) => void;
  /** The DLQ could not be reached: the message stays, and the queue's own redrive is the net. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Decides on a message whose handling failed. It goes to the DLQ with its cause, at once where trying again changes nothing, at the
 * last receive otherwise; and only then may it be deleted. Dying in between leaves it twice, which is harmless, and never lost.
 *
 * @returns what is to be done with the message itself
 */
export function deadLetters(
  options: DeadLetterOptions,
): (error: unknown, message: Message) => Promise<'leave' | 'delete'> {
  return async (error, message) => {
    const death = deathOf(message, error);
    const over = isHopeless(error) || death.receiveCount >= options.maxReceives;
    const fate = over && (await sent(options, message, death)) ? 'delete' : 'leave';
    options.onFailed(death, fate, error);
    return fate;
  };
}

/** Neither time nor another worker makes these any better. */
function isHopeless(error: unknown): boolean {
  return [MalformedMessage, ContradictoryOutcome, NotTheReplacedNote].some((kind) => error instanceof kind);
}

async function sent(
  { client, queueUrl, onTrouble }: DeadLetterOptions,
  { Body }: Message,
  death: Death,
): Promise<boolean> {
  const attributes = Object.entries(attributesOf(death));
  try {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: Body,
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      }),
    );
    return true;
  } catch (error) {
    onTrouble(error);
    return false;
  }
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
    .replace(/\S+/g, (word) => (/.@./u.test(word) ? '#' : word))
    .replace(/\d(?:[\d./ -]{7,})\d/g, '#')
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ')
    .slice(0, MOST_MESSAGE)
    .toWellFormed();
}
