import { entityRefSchema } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { EntityInput } from '../../components';

/** Narrows a list to what is about something in the catalog. */
export function EntityFilter(props: {
  value: string | undefined;
  onChange: (entityRef: string | undefined) => void;
}) {
  const { value = '', onChange } = props;
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);

  return (
    <EntityInput
      label="About"
      kinds={['Component', 'API', 'System', 'Resource']}
      value={typed}
      onChange={text => {
        setTyped(text);
        // Half a reference narrows nothing yet.
        if (text === '' || entityRefSchema.safeParse(text).success) {
          onChange(text || undefined);
        }
      }}
    />
  );
}
