/**
 * The check digit that CNPJ and the NFS-e access key share: weights 2, 3 … 9, 2, 3 … from right to left, remainder 0 or 1
 * gives 0, otherwise 11 − remainder. A character counts as its code minus 48, so digits are themselves and `A` is 17.
 *
 * @param body digits and upper-case letters
 * @source IN RFB 2.229/2024, annex XV (alphanumeric CNPJ); NFS-e national layout 1.01 (access key)
 */
export function modulo11Digit(body: string): string {
  let sum = 0;
  let weight = 2;
  for (let i = body.length - 1; i >= 0; i--) {
    sum += (body.charCodeAt(i) - 48) * weight;
    weight = weight === 9 ? 2 : weight + 1;
  }
  const remainder = sum % 11;
  return remainder < 2 ? '0' : String(11 - remainder);
}
