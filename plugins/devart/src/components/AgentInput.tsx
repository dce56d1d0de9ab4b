import Autocomplete from '@material-ui/lab/Autocomplete';
import { useEffect, useId, useState } from 'react';
import { useDevartApi } from '../api';
import { useAgentName, useAgentNames } from '../directory';
import { TextInput } from './TextInput';

const SEARCH_DELAY_MS = 250;
const SUGGESTIONS = 20;
/** An agent whose name is not known: not yet, or since it is gone. */
const NAMELESS = 'An agent';

/** Picks one agent among however many there are, by a part of its name. */
export function AgentInput(props: {
  label: string;
  /** The id of the agent. */
  value: string | undefined;
  problem?: string;
  onChange: (agentId: string | undefined) => void;
}) {
  const { value, onChange } = props;
  const id = useId();
  const api = useDevartApi();
  const names = useAgentNames();
  const chosenName = useAgentName(value);
  const label = value === undefined ? '' : (chosenName ?? NAMELESS);
  const [typed, setTyped] = useState(label);
  const [open, setOpen] = useState(false);
  const [suggestions, setSuggestions] = useState<string[]>([]);
  // What is shown of the chosen agent is nothing to search for.
  const text = typed === label ? '' : typed.trim();

  // The name of an agent that a link has chosen comes later.
  useEffect(() => setTyped(label), [label]);

  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(async () => {
      try {
        const { items } = await api.agents.list(
          { text: text || undefined, limit: SUGGESTIONS },
          { signal },
        );
        if (!signal.aborted) {
          names.learn(items);
          setSuggestions(items.map(agent => agent.id));
        }
      } catch {
        // The next letter asks again.
        if (!signal.aborted) {
          setSuggestions([]);
        }
      }
    }, SEARCH_DELAY_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, names, open, text]);

  return (
    <Autocomplete
      id={id}
      // The library names its list only by an older attribute.
      aria-controls={`${id}-popup`}
      size="small"
      options={suggestions}
      filterOptions={options => options}
      // The chosen one need not be among the suggestions.
      getOptionSelected={(option, chosen) => option === chosen}
      getOptionLabel={agentId => names.nameOf(agentId) ?? NAMELESS}
      value={value ?? null}
      inputValue={typed}
      onInputChange={(_event, shown) => setTyped(shown)}
      onChange={(_event, agentId) => onChange(agentId ?? undefined)}
      onOpen={() => setOpen(true)}
      onClose={() => setOpen(false)}
      noOptionsText="No agent has this in its name or description"
      renderInput={({ size: _size, ...params }) => (
        <TextInput
          {...params}
          label={props.label}
          problem={props.problem}
          placeholder="All"
        />
      )}
    />
  );
}
