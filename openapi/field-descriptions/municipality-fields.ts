import { type Texts, under } from './texts.ts';

const PERIOD: Texts = { from: 'First day.', to: 'Last day; absent while it is open.' };
/** Of one question about a municipality. */
const PARAMETER: Texts = {
  status:
    '`SET`: see `value`. `NOT_SET`: the municipality has set nothing; its agreement is not active. `UNKNOWN`: nobody has an answer yet.',
  message: 'What the national system says where nothing is set.',
  fetchedAt: 'When the national system answered.',
  stale: 'The answer is older than a day (an hour for `NOT_SET`), since no newer one could be had.',
  ...under('lastFailure', {
    '': 'Why there is none, or no newer one.',
    at: 'When.',
    code: '`NO_ANSWER`: the national system does not answer. `REFUSED`: it does not take the question. `CERTIFICATE`: the company has none, or it is out of date.',
  }),
};
const SPECIAL_REGIME: Texts = {
  ...PERIOD,
  regime: 'As the national system numbers it.',
  status: 'Whether it is allowed.',
  notes: 'The municipality’s own.',
};
const RATE: Texts = { ...PERIOD, percent: 'Percent.', taxed: 'Whether the ISS falls on the service.' };
const LANE: Texts = {
  municipalityCode: 'IBGE’s code.',
  name: 'Name of the municipality.',
  state:
    '`flowing`: messages are sent. `down`: no worker gets an answer. `probing`: a few find out whether it is back. `held`: somebody keeps it shut.',
  ...under('hold', {
    '': 'Who keeps it shut.',
    by: 'Who.',
    reason: 'Why.',
    at: 'Since when.',
  }),
  downSince: 'Since when nobody gets an answer.',
  nextAttemptAt: 'When a worker will next find out.',
  authority: '`national` for the lane of what the national system takes although the city has a system of its own.',
  nextLookAt: 'When those that wait are looked at again, unless the lane flows before. Absent where none were put off.',
  running: 'Messages under way in all workers.',
  waiting: 'Messages that wait in the workers’ hands.',
  paceMs:
    'How far apart all workers together can begin messages of the lane, as they go at the moment, in milliseconds. Absent while no worker has any.',
  oldestWaitingAt: 'When the one was received that waits longest.',
  turnedAway: 'Invoices that were told to wait since the lane was last free.',
  lastSuccessAt: 'When the authority last answered.',
  lastFailureAt: 'When it last did not.',
  lastFailure: 'What happened then.',
  reportedAt: 'When a worker last reported.',
};

/** What lanes have, and the parameters of municipalities. By component and path. */
export const MUNICIPALITY_FIELDS: Readonly<Record<string, Texts>> = {
  LaneHold: { reason: 'Why, for whoever reads the history of an invoice that waits.' },
  Lane: LANE,
  LaneBoard: {
    at: 'When the board was read.',
    ...under('items', { '': 'In the order of the codes.', ...LANE }),
  },
  MunicipalityParameters: {
    municipalityCode: 'IBGE’s code.',
    name: 'Name of the municipality.',
    date: 'What is in force on this day is shown as such.',
    complete: 'Whether there is an answer to each question, be it an old one.',
    ...under('agreement', {
      '': 'Its agreement with the national system.',
      ...PARAMETER,
      ...under('value', {
        '': 'What is not said is left out.',
        nationalEnvironment: 'It shares its notes with the national environment, or issues there.',
        nationalIssuers: 'It takes declarations of the national issuers, this API among them; otherwise E0039.',
        enabledByDefault: 'Its companies need not be enabled one by one; otherwise E0084 or E0025.',
        nationalCollection: 'It uses the national collection module.',
        creditsAllowed: 'It lets customers use credits.',
      }),
    }),
    ...under('withholdings', {
      '': 'By whom the ISS is withheld.',
      ...PARAMETER,
      ...under('value', {
        '': 'The rules.',
        ...under('article6', {
          '': 'LC 116/2003, art. 6.',
          enabled: 'Whether customers withhold by it.',
          ...under('periods', { '': 'When.', ...PERIOD }),
        }),
        ...under('municipal', {
          '': 'By the municipality’s own law.',
          ...PERIOD,
          description: 'What rule it is.',
          kinds: '`tiposRetencao`: 2 by the customer, 3 by the intermediary.',
          ...under('services', {
            '': 'Of which services.',
            service: 'Code with its split, `00.00.00.000`.',
            ...under('periods', { '': 'When.', ...PERIOD }),
          }),
        }),
      }),
    }),
    ...under('rates', {
      '': 'Of the service.',
      ...PARAMETER,
      ...under('value', {
        '': 'The rates.',
        ...under('inForce', { '': 'On the day.', ...RATE }),
        ...under('periods', { '': 'All that the municipality has set, the newest first.', ...RATE }),
      }),
    }),
    ...under('specialRegimes', {
      '': 'Of the service.',
      ...PARAMETER,
      ...under('value', {
        '': 'The regimes.',
        ...under('inForce', { '': 'On the day.', ...SPECIAL_REGIME }),
        ...under('periods', { '': 'All that the municipality has set.', ...SPECIAL_REGIME }),
      }),
    }),
    ...under('benefit', {
      '': 'The benefit asked for.',
      ...PARAMETER,
      ...under('value', {
        '': 'The benefit.',
        ...PERIOD,
        benefit: 'Its number.',
        description: 'What it is.',
        kind: '`tipoBeneficio`, 1 to 4.',
        reductionKind: '`tipoReducaoBC`, 1 or 2.',
        reductionPercent: 'How much of the base it takes away.',
        differentiatedPercent: 'The rate that takes the place of the ordinary one.',
        onlyInMunicipality: 'It is for companies of the municipality.',
        ...under('services', { '': 'For which services.', ...PERIOD, service: 'Code with its split, `00.00.00.000`.' }),
        onlyForSome: 'It is for certain companies alone; which ones is not told.',
      }),
    }),
  },
};
