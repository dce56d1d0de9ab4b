/**
 * One demand of a rule on an object, for whoever looks objects up in a database:
 * what the key names is among these.
 *
 * `creator`: who made it, started it or asked for it. `owner`: who owns the entity
 * of the catalog that it is about. `assignee`: whose turn it is. `risk`: what it
 * does to the world.
 *
 * @public
 */
export interface ObjectQuery {
  key: 'creator' | 'owner' | 'assignee' | 'risk';
  among: readonly string[];
}

/**
 * What rules know of every object.
 * @public
 */
export interface OwnedObject {
  /** Who made it, started it or asked for it, in lower case. */
  creator: string;
  /** Who owns the entity that it is about, in lower case; nobody when it is about none. */
  owners: readonly string[];
}
