import { isStorableText } from '@devart/plugin-devart-common';
import fc from 'fast-check';
import { storableText } from './storableText';

describe('storableText', () => {
  it('makes anything storable and short enough, and leaves the rest alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc
            .array(fc.integer({ min: 0, max: 0xffff }))
            .map(units => String.fromCharCode(...units)),
        ),
        fc.integer({ min: 1, max: 30 }),
        (value, max) => {
          const storable = storableText(value, max);
          expect(isStorableText(storable)).toBe(true);
          expect(storable.length).toBeLessThanOrEqual(max);
          const isFine = isStorableText(value) && value.length <= max;
          expect(storable === value).toBe(isFine);
        },
      ),
    );
  });
});
