/**
 * Whether a form has a field that by itself knows that it cannot be used: too
 * long, or nothing that the browser can read. Such fields say so then.
 */
export function hasUnusableField(form: HTMLFormElement): boolean {
  const unusable = [...form.querySelectorAll('input, textarea')].filter(
    (field): field is HTMLInputElement => {
      const { validity } = field as HTMLInputElement;
      return validity.badInput || validity.customError;
    },
  );
  for (const field of unusable) {
    field.checkValidity();
  }
  return unusable.length > 0;
}
