import type { FoundModel } from './upstreams/ModelCatalog';

/**
 * Whether an agent may use a model: one of the patterns names it, as
 * `upstream/model` or `model` alone; `*` stands for any characters. Without
 * patterns all are allowed.
 */
export function isModelAllowed(
  patterns: readonly string[] | undefined,
  { settings, model }: Pick<FoundModel, 'settings' | 'model'>,
): boolean {
  const names = [`${settings.id}/${model.name}`, model.name];
  return (
    patterns === undefined ||
    patterns.some(pattern => {
      const parts = pattern
        .split('*')
        .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      const whole = new RegExp(`^${parts.join('.*')}$`);
      return names.some(name => whole.test(name));
    })
  );
}
