import { stringifyEntityRef } from '@backstage/catalog-model';
import { dialogApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';

/** The entry *Run workflow* of an entity's menu. */
export function useRunWorkflowItem() {
  const { entity } = useEntity();
  const dialogs = useApi(dialogApiRef);
  return {
    title: 'Run workflow',
    onClick: async () => {
      const { EntityRunDialog } = await import('./EntityRunDialog');
      dialogs.open(({ dialog }) => (
        <EntityRunDialog
          entityRef={stringifyEntityRef(entity)}
          onClose={() => dialog.close()}
        />
      ));
    },
  };
}
