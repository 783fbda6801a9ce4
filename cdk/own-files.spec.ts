import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames, functionRow, WORKER_READS } from './functions.ts';
import { checkOwnFiles, copyOwnFiles, type OwnFile } from './own-files.ts';
import { type Settings, SettingsError, settingsOf } from './settings.ts';
import { only, type Templates, templatesWith } from './spec/synthesized.ts';

const project = join(import.meta.dirname, '..');
const [first = '', second = ''] = rootCertificates;
const profiles = await readFile(join(project, 'examples/municipality-profiles.json'), 'utf8');
const truncated = second.slice(0, 400);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bringing = (files: Settings['files']): Settings => ({ ...settingsOf('prod'), files });

async function checkedWith(file: OwnFile, text: string): Promise<void> {
  await writeFile(join(folder, 'mine'), text);
  checkOwnFiles(bringing({ [file]: 'mine' }), folder);
}

describe('a file that an installation brings', () => {
  it.each<[OwnFile, string]>([
    ['municipalityProfiles', profiles],
    ['certificateAuthorities', `# AC Raiz\n${first}\n\n# AC Intermediária\n${second}\n`],
    ['nationalAuthorities', first],
  ])('is taken as %s', (file, text) => expect(checkedWith(file, text)).resolves.toBeUndefined());

  it.each<[OwnFile, string, string, string]>([
    ['municipalityProfiles', 'is no JSON', '{', 'JSON'],
    ['municipalityProfiles', 'is wrong in a place', '{"municipalities":[{"code":"1"}]}', '/municipalities/0'],
    ['certificateAuthorities', 'has no certificate', profiles, 'no certificate'],
    ['certificateAuthorities', 'breaks off', `${first}\n${truncated}`, 'certificate 2 of 2'],
    ['nationalAuthorities', 'has a key', `${first}\n-----BEGIN PRIVATE KEY-----\n`, 'private key'],
  ])('is refused as %s when it %s', async (file, _title, text, said) => {
    const refused = checkedWith(file, text);
    await expect(refused).rejects.toThrow(SettingsError);
    await expect(refused).rejects.toThrow(`files.${file}: mine: `);
    await expect(refused).rejects.toThrow(said);
  });

  it('is refused when it is not there, together with the others that are wrong', () =>
    expect(() =>
      checkOwnFiles(bringing({ municipalityProfiles: 'nowhere.json', nationalAuthorities: 'nowhere.pem' }), folder),
    ).toThrow(/files\.municipalityProfiles: nowhere\.json: ENOENT.*files\.nationalAuthorities: nowhere\.pem: ENOENT/));

  it('is copied for whoever reads it, and for nobody else', async () => {
    await writeFile(join(folder, 'roots.pem'), first, { mode: 0o600 });
    const copies = join(folder, 'copies');
    await mkdir(copies);
    const settings = bringing({ municipalityProfiles: 'mine', certificateAuthorities: 'roots.pem' });
    await copyOwnFiles(settings, ['certificateAuthorities', 'nationalAuthorities'], folder, copies);
    expect(await readdir(copies)).toEqual(['certificate-authorities.pem']);
    expect((await stat(join(copies, 'certificate-authorities.pem'))).mode & 0o777).toBe(0o644);
  });
});

/** What of the configuration a module asks for, by the setting that it comes from. */
const ASKED: Readonly<Record<OwnFile, string>> = {
  municipalityProfiles: 'municipalityProfilesFile',
  certificateAuthorities: 'authoritiesFile',
  nationalAuthorities: 'serverCaFile',
};

async function askedIn(module: string): Promise<string[]> {
  const text = await readFile(join(project, 'src', `${module}.ts`), 'utf8');
  return Object.entries(ASKED).flatMap(([file, asked]) => (new RegExp(`\\b${asked}\\b`).test(text) ? [file] : []));
}

describe('who is given which of the files', () => {
  it.each(functionNames)('%s: those that its module asks for', async (name) =>
    expect(await askedIn(`handlers/${name}`)).toEqual(functionRow(name).reads ?? []),
  );

  it('the worker: those that it asks for', async () => expect(await askedIn('worker/main')).toEqual([...WORKER_READS]));
});

describe('the templates of an installation that brings files', () => {
  let templates: Templates;
  beforeAll(() => {
    templates = templatesWith(
      bringing({ municipalityProfiles: 'a.json', certificateAuthorities: 'b.pem', nationalAuthorities: 'c.pem' }),
    );
  });

  const variablesOf = (name: string): Record<string, unknown> =>
    only(templates.stateless, 'AWS::Lambda::Function', new RegExp(`^Functions${name}Fn`)).Properties.Environment
      .Variables;

  it('tell each function where those are that it reads', () => {
    for (const name of ['emit', 'retry', 'reconcile']) {
      expect(variablesOf(name)).toMatchObject({ MUNICIPALITY_PROFILES_FILE: '/var/task/municipality-profiles.json' });
    }
    expect(variablesOf('certificate')).toMatchObject({
      CERTIFICATE_AUTHORITIES_FILE: '/var/task/certificate-authorities.pem',
    });
    expect(variablesOf('get')).not.toHaveProperty('MUNICIPALITY_PROFILES_FILE');
  });

  it('tell the worker', () => {
    const [container] = only(templates.stateless, 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    expect(container.Environment).toEqual(
      expect.arrayContaining([
        { Name: 'MUNICIPALITY_PROFILES_FILE', Value: '/worker/files/municipality-profiles.json' },
        { Name: 'NATIONAL_SERVER_CA_FILE', Value: '/worker/files/national-authorities.pem' },
      ]),
    );
  });
});
