/** Something the person at the keyboard can put right; shown without a stack. */
export class SetupError extends Error {
  override name = 'SetupError';
}
