/** Roles of people and services, from the least to the most powerful. */
export const ROLES = ['viewer', 'supervisor', 'admin'] as const;

/** What a person or a service may do; every role includes those before it. */
export type Role = (typeof ROLES)[number];

/** Whether `role` is `minimum` or more powerful. */
export function roleIncludes(role: Role, minimum: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(minimum);
}
