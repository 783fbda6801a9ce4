/**
 * Operations as IBS and CBS tell them apart (`cIndOp`), which decides where they are due.
 *
 * @source NFS-e national layout 1.01, annex of operation indicators
 */
const CODES = new Set(
  (
    '020101 020201 020301 030101 030102 030103 030104 040101 050101 050102 050103 050104 050201 060101 070101 070102 ' +
    '080101 100101 100102 100201 100301 100302 100401 100501 100502 100601'
  ).split(' '),
);

export function isOperationCode(code: string): boolean {
  return CODES.has(code);
}
