// A list of choices tells of a problem only by how it looks.
const WRONG = '[aria-invalid="true"], .Mui-error [aria-haspopup="listbox"]';

/** Goes to the first field of a form that says that something is wrong with it. */
export function focusFirstProblem(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>(WRONG)?.focus();
}
