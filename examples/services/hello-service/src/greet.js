const GREETINGS = { en: 'Hello', de: 'Hallo', fr: 'Bonjour', es: 'Hola' };

/** A greeting in the first language that is known; English otherwise. */
export function greet(name = 'world', languages = []) {
  const language = languages.find(each => Object.hasOwn(GREETINGS, each));
  return `${GREETINGS[language ?? 'en']}, ${name}!`;
}

/** The languages of an `Accept-Language` header, most wanted first. */
export function languagesOf(header = '') {
  return header
    .split(',')
    .map(part => {
      const [tag, ...parameters] = part.trim().split(';');
      const quality = parameters
        .map(parameter => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1])
        .find(Boolean);
      return { language: tag.split('-')[0], quality: Number(quality ?? 1) };
    })
    .filter(({ language, quality }) => language && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ language }) => language);
}
