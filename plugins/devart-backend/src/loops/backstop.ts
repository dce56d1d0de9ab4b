/**
 * How long loops rest at most whose silence makes the backend unready, in
 * milliseconds: below the shortest silence that readiness may be set to.
 */
export const BACKSTOP_MS = 500;
