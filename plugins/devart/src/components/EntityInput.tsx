import { useApiHolder } from '@backstage/core-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import Autocomplete from '@material-ui/lab/Autocomplete';
import { useEffect, useId, useState } from 'react';
import { TextInput } from './TextInput';

const SEARCH_DELAY_MS = 250;

/** Picks something of the catalog by its reference, suggesting what matches. */
export function EntityInput(props: {
  label: string;
  /** Kinds to suggest. */
  kinds: string[];
  placeholder?: string;
  value: string;
  problem?: string;
  helperText?: string;
  onChange: (entityRef: string) => void;
}) {
  const { label, kinds, value, problem, helperText, onChange } = props;
  const { placeholder = 'component:default/shop' } = props;
  const id = useId();
  const catalog = useApiHolder().get(catalogApiRef);
  const [suggestions, setSuggestions] = useState<string[]>([]);
  const kindsKey = kinds.join(',');

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      try {
        const answer = await catalog?.queryEntities({
          filter: { kind: kindsKey.split(',') },
          fullTextFilter: {
            term: value.slice(value.lastIndexOf('/') + 1),
            fields: ['metadata.name', 'metadata.title'],
          },
          fields: ['kind', 'metadata.name', 'metadata.namespace'],
          limit: 20,
        });
        if (isCurrent && answer) {
          setSuggestions(answer.items.map(item => stringifyEntityRef(item)));
        }
      } catch {
        // Without suggestions a reference can still be typed.
        if (isCurrent) {
          setSuggestions([]);
        }
      }
    }, SEARCH_DELAY_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [catalog, kindsKey, value]);

  return (
    <Autocomplete
      freeSolo
      id={id}
      // The library names its list only by an older attribute.
      aria-controls={`${id}-popup`}
      size="small"
      options={suggestions}
      filterOptions={options => options}
      inputValue={value}
      onInputChange={(event, text) => {
        // Without an event nobody typed or chose: the library empties what was
        // filled in before it was there.
        if (event) {
          onChange(text);
        }
      }}
      renderInput={({ size: _size, ...params }) => (
        <TextInput
          {...params}
          label={label}
          placeholder={placeholder}
          problem={problem}
          helperText={helperText}
        />
      )}
    />
  );
}
