import Button from '@material-ui/core/Button';
import CopyIcon from '@material-ui/icons/FileCopyOutlined';
import { useEffect, useState } from 'react';

const SHOWN_MS = 3000;

/** Copies a text to the clipboard and says so. */
export function CopyButton(props: { text: string; label?: string }) {
  const { text, label = 'Copy' } = props;
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();

  useEffect(() => {
    if (!outcome) {
      return undefined;
    }
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('failed');
    }
  };
  const words = {
    copied: 'Copied',
    failed: 'Copying is not possible here; select the text',
  };
  return (
    <Button
      size="small"
      variant="outlined"
      startIcon={<CopyIcon aria-hidden />}
      onClick={copy}
    >
      <span aria-live="polite">{outcome ? words[outcome] : label}</span>
    </Button>
  );
}
