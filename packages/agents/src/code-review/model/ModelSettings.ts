/** A model behind an API like OpenAI's. */
export interface ModelSettings {
  /** For example `https://api.openai.com/v1`. */
  baseUrl: string;
  model: string;
  apiKey?: string;
  /** Sent along with each call. */
  headers?: Record<string, string>;
}
