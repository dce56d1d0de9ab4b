/** How long loops rest at most that are woken for all they do, in milliseconds. */
export const BACKSTOP_MS = 500;
