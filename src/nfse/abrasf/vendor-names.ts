import type { XmlElement } from '../xml.ts';
import { localName } from './elements.ts';

/** What a vendor calls parts of an answer, each with the model's name for it. */
export type VendorNames = Readonly<Record<string, string>>;

/**
 * Names that several vendors have. A dialect adds its own (`answerNames`).
 *
 * @source schemas of 1.00, where an element and its type have different names; what implementers report of Curitiba, BHISS and Ginfes
 */
const COMMON_NAMES: VendorNames = {
  ComplNfse: 'CompNfse',
  InformacoesNfse: 'InfNfse',
  Cancelamento: 'NfseCancelamento',
  CancelamentoNfse: 'NfseCancelamento',
  ConfirmacaoCancelamento: 'Confirmacao',
  DataCancelamento: 'DataHoraCancelamento',
  MensagemRetornoLote: 'MensagemRetorno',
  MensagemAlerta: 'MensagemRetorno',
  CodigoErro: 'Codigo',
  MensagemErro: 'Mensagem',
  DescricaoErro: 'Descricao',
};

/** Services written in .NET call the items of a list after their type in the schema: `tcCompNfse` for `CompNfse`. */
const TYPE_PREFIX = /^tc(?=[A-Z])/i;

/**
 * An answer in the model's own names, without prefixes. Vendors' names are compared without case.
 *
 * @param own the dialect's
 */
export function inModelNames(root: XmlElement, own: VendorNames = {}): XmlElement {
  const names = new Map(
    Object.entries({ ...COMMON_NAMES, ...own }).map(([vendor, model]) => [vendor.toLowerCase(), model]),
  );
  const translated = (element: XmlElement): XmlElement => {
    const name = localName(element);
    const bare = name.replace(TYPE_PREFIX, '');
    return {
      ...element,
      name: names.get(name.toLowerCase()) ?? names.get(bare.toLowerCase()) ?? bare,
      children: element.children.map(translated),
    };
  };
  return translated(root);
}
