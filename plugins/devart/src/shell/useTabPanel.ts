import { useEffect, useRef, type RefObject } from 'react';

/**
 * The tabs that the framework draws in the header name a panel that nobody
 * renders; assistive technology then looks for something that is not there.
 * The content of the page becomes that panel. Where the tabs scroll, the
 * selected one is brought into sight.
 */
export function useTabPanel<T extends HTMLElement>(): RefObject<T> {
  const panel = useRef<T>(null);
  useEffect(() => {
    const tab = document.querySelector(
      '[role="tab"][aria-selected="true"][aria-controls]',
    );
    const id = tab?.getAttribute('aria-controls');
    if (panel.current && id && !document.getElementById(id)) {
      panel.current.id = id;
    }
  });
  useEffect(() => {
    document
      .querySelector('[role="tab"][aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, []);
  return panel;
}
