/** How long a step that creates something puts up with an absent control plane. */
export const CREATE_WITHIN_MS = 120_000;
