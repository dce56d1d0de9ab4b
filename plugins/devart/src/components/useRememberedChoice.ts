import { useState } from 'react';

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    // A browser that keeps nothing still shows something.
    return undefined;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** A choice of this person in this browser, kept from one visit to the next; undefined until they make one. */
export function useRememberedChoice<T extends string>(
  name: string,
  choices: readonly T[],
): [T | undefined, (choice: T) => void] {
  const key = `devart.${name}`;
  const [chosen, setChosen] = useState(() => {
    const kept = read(key);
    return choices.find(choice => choice === kept);
  });
  return [
    chosen,
    choice => {
      write(key, choice);
      setChosen(choice);
    },
  ];
}
