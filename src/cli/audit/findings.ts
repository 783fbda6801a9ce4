import type { SealProblem, SealProblemReason } from '../../audit/check-seals.ts';
import { isDay } from '../../audit/seal.ts';
import type { Finding } from '../../audit/verify-stream.ts';

/** What somebody did to a history, and where, for a person. */
export function findingText(finding: Finding): string {
  const { kind, version } = finding;
  const what = {
    'content-changed': `o conteúdo da versão ${version} foi alterado depois de gravado`,
    'link-broken': `a versão ${version} não está encadeada à anterior: a anterior foi trocada`,
    'commit-missing': `a versão ${version} não existe, embora existam posteriores: foi apagada`,
    'tail-missing': `o fim da história foi apagado a partir da versão ${version}`,
    'tail-replaced': `a versão ${version} não é a que a projeção viu: foi trocada`,
    'row-unreadable': `a linha da projeção foi alterada: não diz mais se a versão ${version} é a última`,
    'company-differs': `a versão ${version} nomeia uma empresa e um pedido que não dão o identificador da nota: foi trocada`,
    'row-missing': `a linha da projeção não existe, embora a versão ${version} já devesse estar nela: foi apagada`,
    'row-differs': `a linha da projeção não é a que a história dá na versão ${version}: foi alterada`,
    'document-missing': `um documento que a versão ${version} nomeia não existe mais: foi apagado`,
    'document-damaged': `um documento que a versão ${version} nomeia não é o que foi guardado: foi trocado`,
    'other-than-reported': `a versão ${version} não é a que o banco de relatórios copiou: foi trocada, ou a cópia foi alterada`,
    'reported-commit-gone': `o banco de relatórios tem cópia da versão ${version}, que não existe: foi apagada, ou a cópia foi incluída`,
    'not-reported': `o banco de relatórios não tem cópia da versão ${version}, embora já devesse ter: a cópia foi apagada, ou a versão foi incluída`,
    'other-than-sealed': `a versão ${version} não é a que foi selada: foi trocada`,
    'not-in-seal': `a versão ${version} tem data de um dia que foi selado sem ela, ou anterior a todos os selos: foi incluída depois`,
    'dated-ahead': `a versão ${version} tem data que ainda não chegou`,
    'sealed-commit-gone': `a versão ${version} foi selada e não existe mais: foi apagada`,
  }[kind];
  const where =
    'members' in finding ? ` (${finding.members.join(', ')})` : 'document' in finding ? ` (${finding.document})` : '';
  return `${what}${where}${'day' in finding ? ` (${kind === 'dated-ahead' ? '' : 'selo de '}${finding.day})` : ''} [${kind}]`;
}

const SEAL_PROBLEMS: Readonly<Record<SealProblemReason, string>> = {
  'seal-changed': 'o selo foi alterado: seu conteúdo não dá o seu hash',
  'seal-link-broken': 'o selo não está encadeado ao do dia anterior',
  'seal-overwritten': 'alguém gravou outro selo, ou outra lista, por cima: vale a versão mais antiga',
  'seal-deleted': 'alguém apagou o selo, ou a lista do que foi selado: vale a versão que ficou',
  'no-seals': 'não há selo nenhum, embora haja fatos deste dia em diante',
  'seal-missing': 'não há selo deste dia, embora já devesse haver',
  'seal-not-listed': 'o selo está no arquivo e não na tabela',
  'seal-not-archived': 'o selo está na tabela e não no arquivo',
  'seal-differs': 'o selo da tabela não é o do arquivo: vale o do arquivo',
  'not-a-seal': 'o item da tabela não é um selo: foi alterado ou incluído',
  'leaves-changed': 'a lista do que foi selado sumiu, ou não é a que deu o selo',
};

export function sealProblemText({ day, reason }: SealProblem): string {
  const when = isDay(day) ? day : JSON.stringify(day);
  return `selo de ${when}: ${SEAL_PROBLEMS[reason]} [${reason}]`;
}
