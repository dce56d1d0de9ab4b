/** Goes to the first field of a form that says that something is wrong with it. */
export function focusFirstProblem(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  // Behind a list of choices stands a field that nobody sees.
  const target = field?.matches('[aria-hidden]')
    ? field.parentElement?.querySelector<HTMLElement>('[role="button"]')
    : field;
  target?.focus();
}
