declare module 'asl-validator' {
  /** Lints a state machine definition offline. */
  export default function validate(definition: unknown): {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
  };
}
