import * as z from 'zod/mini';
import { LAYOUTS, OPERATIONS, TAX_REFORM_VENDORS } from '../abrasf/operations.ts';

/**
 * What a file of municipality profiles may say. A *dialect* is how one vendor's system speaks ABRASF, whoever runs it; a
 * *municipality* says which provider serves it, in which dialect, and where. docs/add-a-municipality.md explains each field.
 */
const LOOPBACK = new Set(['127.0.0.1', 'localhost']);
const ELEMENT = /^[A-Za-z_][\w.-]{0,60}$/;

/** Encrypted, or on this machine: the stand-ins speak plain HTTP. */
const address = z.url().check(
  z.refine((text) => {
    const url = URL.parse(text);
    if (!url || url.search || url.hash || url.username || url.password) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  }, 'an https address without query, fragment and user'),
);
const addresses = z.strictObject({ production: z.optional(address), test: z.optional(address) });
const uri = z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^[^\s<>"&]+$/));
const version = z.string().check(z.regex(/^\d{1,2}(\.\d{2})?$/));
const name = z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{0,39}$/));
const elementName = z.string().check(z.regex(ELEMENT));
/** Below the address: `{operation}`, `{operationLower}`, `{operationCamel}` are filled in. */
const path = z.string().check(z.regex(/^(\/[A-Za-z0-9_.{}-]+)+$/));
const operation = z.enum(Object.keys(OPERATIONS) as [keyof typeof OPERATIONS]);

const SoapSchema = z.strictObject({
  version: z.enum(['1.1', '1.2']),
  /** Of the wrapper element; some vendors have another one in their test system. */
  namespace: z.union([uri, z.strictObject({ production: uri, test: uri })]),
  /** `SOAPAction`: `{operation}`, `{operationUpper}`, `{input}` (root of the message) and `{namespace}` are filled in. */
  action: z.string().check(z.maxLength(200), z.regex(/^[^\s<>"]*$/)),
  /** Element around the parameters: `{operation}Request` as a rule; left out where the message itself stands in the body. */
  wrapper: z.optional(z.string().check(z.regex(/^[A-Za-z_{][\w.{}-]{0,60}$/))),
  /** Element between the wrapper and the parameters, where there is one. `{operationSentence}` is filled in, too. */
  inner: z.optional(z.string().check(z.regex(/^[A-Za-z_{][\w.{}-]{0,60}$/))),
  /** Parameter of the header message; left out where there is none. */
  header: z.optional(elementName),
  /** Parameter of the message itself; left out where the message stands in the wrapper as it is. */
  data: z.optional(elementName),
  /** Whether the parameters are in the wrapper's namespace. */
  qualified: z._default(z.boolean(), false),
  payload: z.enum(['cdata', 'escaped', 'inline']),
});

/** Where a call bears the company's user and password: behind the message, in elements of these names. */
const LoginSchema = z.strictObject({
  user: elementName,
  password: elementName,
  /** Element around the two, where there is one. */
  group: z.optional(elementName),
  /** Of the two, where it is another than that of what is around them. */
  namespace: z.optional(uri),
});

/** When public sources were last read about something, and how far they agree. */
const evidence = {
  asOf: z.optional(z.iso.date()),
  /** `high`: an official file, or two independent sources. `medium`: one good source. `low`: inferred, or not heard of lately. */
  confidence: z.optional(z.enum(['high', 'medium', 'low'])),
};

export const DialectSchema = z.strictObject({
  ...evidence,
  layout: z.enum(LAYOUTS),
  /** What the messages say of their version, where it is not the layout's. */
  version: z.optional(version),
  namespaces: z.strictObject({
    /** Of a message and its direct children; `{message}` becomes the root's name in snake_case, `{messageKebab}` in kebab-case. Empty where they have none. */
    messages: z.union([uri, z.literal('')]),
    /** Of a message's root alone, where it is that of the service and not that of the documents. */
    root: z.optional(uri),
    /** Of everything deeper, where it differs. */
    types: z.optional(uri),
  }),
  soap: SoapSchema,
  /** Left out where the certificate is all that the city asks for. */
  login: z.optional(LoginSchema),
  /** The header message. */
  header: z.optional(z.strictObject({ version, dataVersion: z.optional(version), namespace: z.optional(uri) })),
  /** What the vendor calls an operation, where it has a name of its own. */
  operationNames: z._default(z.partialRecord(operation, elementName), {}),
  /** What the vendor calls parts of its answers, each with the model's name; names that several vendors have are known. */
  answerNames: z._default(z.record(elementName, elementName), {}),
  /** One address an operation: a path below the municipality's. */
  path: z.optional(path),
  /** Element around the content of the question for an RPS's note, where the vendor has one (`Pedido`). */
  noteQuestionGroup: z.optional(elementName),
  /** How a note is asked for: one RPS and its note, a batch and its notes, or a batch and a protocol. */
  emission: z.enum(['single', 'sync-batch', 'async-batch']),
  /** Whether batches bear their layout's version. */
  batchVersion: z._default(z.boolean(), true),
  signature: z.strictObject({
    rps: z.boolean(),
    batch: z.boolean(),
    cancellation: z.boolean(),
    /** Whether questions are signed, each as a whole document. */
    questions: z._default(z.boolean(), false),
    exclusive: z._default(z.boolean(), false),
    hash: z._default(z.enum(['sha1', 'sha256']), 'sha1'),
  }),
  /** How the service's item is written: `01.07`, `1.07` or `0107`, or the national code's six digits, `010701`. */
  serviceItem: z._default(z.enum(['nn.nn', 'n.nn', 'nnnn', 'nnnnnn']), 'nn.nn'),
  /** Whose places for IBS and CBS an RPS has since 2026; left out where it has none. */
  taxReform: z.optional(z.enum(TAX_REFORM_VENDORS)),
  competence: z._default(z.enum(['date', 'first-of-month']), 'date'),
  /** What stands for a line break in the description. */
  lineBreak: z._default(z.enum(['\n', '\\n', '|', '<br>']), '\n'),
  limits: z._default(
    z.strictObject({ descriptionCharacters: z._default(z.int().check(z.gte(100), z.lte(2000)), 2000) }),
    { descriptionCharacters: 2000 },
  ),
  cancellation: z._default(
    z.strictObject({
      /** The city's code for each reason of ours: 1 issued in error, 2 not rendered, 9 other. */
      codes: z._default(z.strictObject({ 1: z.string(), 2: z.string(), 9: z.string() }), { 1: '1', 2: '2', 9: '1' }),
      /** Days after issue until which the city cancels by web service. Left out where it is not known: the city then says. */
      deadlineDays: z.optional(z.int().check(z.gte(1), z.lte(1000))),
      /** Whether there is a web service that cancels; where there is none a person does, at the city's portal. */
      byWebService: z._default(z.boolean(), true),
      /** Elements behind the city's code that repeat the reason as the national layout has it, where the city demands them. */
      nationalReason: z.optional(z.strictObject({ code: elementName, text: elementName })),
      /** Namespaces, and name of the only parameter, of an older message that names the note by its number and gives no reason. */
      shortForm: z.optional(z.strictObject({ messages: uri, types: uri, data: elementName })),
    }),
    { codes: { 1: '1', 2: '2', 9: '1' }, byWebService: true },
  ),
});

/** What a city's system bears. Left out, it is taken for an ordinary one: src/nfse/municipality-profiles/traffic.ts. */
const TrafficSchema = z.strictObject({
  /** Calls under way at once. */
  concurrency: z.int().check(z.gte(1), z.lte(64)),
  /** Notes begun in a second, on average; below 1 for a city that wants pauses. */
  perSecond: z.number().check(z.gte(0.01), z.lte(1000)),
});

/** `YYYY-MM-DD` */
const date = z.iso.date();

const place = {
  code: z.string().check(z.regex(/^\d{7}$/)),
  name: z.string().check(z.minLength(1), z.maxLength(60)),
  addresses,
  traffic: z.optional(TrafficSchema),
  /** From this day on the city's own system issues no note. It still finds and cancels those of before. */
  nationalSince: z.optional(date),
  ...evidence,
};

/** A city with a front of its own that speaks the national system's contract. */
const NationalFrontSchema = z.strictObject({
  ...place,
  provider: z.literal('national'),
  /** Where a declaration is posted, below the address. */
  issuePath: z._default(z.string().check(z.regex(/^(\/[A-Za-z0-9_.-]+)+$/)), '/nfse'),
});

const AbrasfCitySchema = z.strictObject({
  ...place,
  provider: z.literal('abrasf'),
  dialect: name,
  /** What this city has otherwise than its dialect. */
  differences: z.optional(
    z.strictObject({
      emission: z.optional(DialectSchema.shape.emission),
      signature: z.optional(DialectSchema.shape.signature),
      serviceItem: z.optional(DialectSchema.shape.serviceItem.def.innerType),
      competence: z.optional(DialectSchema.shape.competence.def.innerType),
      taxReform: DialectSchema.shape.taxReform,
      lineBreak: z.optional(DialectSchema.shape.lineBreak.def.innerType),
      cancellation: z.optional(DialectSchema.shape.cancellation.def.innerType),
    }),
  ),
});

export const ProfilesSchema = z.strictObject({
  $comment: z.optional(z.string()),
  /** Each is whole, or says what it has otherwise than the one it is `like`: see `dialects.ts`. */
  dialects: z._default(z.record(name, z.looseObject({ like: z.optional(name) })), {}),
  municipalities: z.array(z.discriminatedUnion('provider', [NationalFrontSchema, AbrasfCitySchema])),
});

export type Dialect = z.infer<typeof DialectSchema>;
export type Traffic = z.infer<typeof TrafficSchema>;
export type LoginPlace = z.infer<typeof LoginSchema>;
export type ProfilesFile = z.infer<typeof ProfilesSchema>;
export type NationalFront = z.infer<typeof NationalFrontSchema>;
export type AbrasfCity = z.infer<typeof AbrasfCitySchema>;
