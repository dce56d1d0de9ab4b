import { entityRefSchema } from '@devart/plugin-devart-common';
import { useEffect, useState } from 'react';
import { EntityInput } from '../../components';

const KINDS = ['Component', 'API', 'System', 'Resource'];

/** Narrows a list to what is about something in the catalog. */
export function EntityFilter(props: {
  label?: string;
  kinds?: string[];
  value: string | undefined;
  onChange: (entityRef: string | undefined) => void;
}) {
  const { label = 'About', kinds = KINDS, value = '', onChange } = props;
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);

  return (
    <EntityInput
      label={label}
      kinds={kinds}
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
