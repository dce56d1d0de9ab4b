/** What a catalog file says of an agent. */
export interface AuthoredAgent {
  name: string;
  entityRef: string;
  description: string;
  /** Entity reference of the owner. */
  owner?: string;
  /** Missing where the file does not say them. */
  capabilities?: string[];
}
