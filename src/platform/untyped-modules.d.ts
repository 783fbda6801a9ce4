declare module 'cls-hooked/context.js' {
  /** The part that X-Ray's SDK calls, as one object that both share. */
  const cls: { createNamespace(name: string): unknown; getNamespace(name: string): unknown };
  export default cls;
}
