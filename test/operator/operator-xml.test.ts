import { describe, expect, test } from 'vitest';
import { element, members } from '../../operator/aws/xml.ts';

describe("an XML response of AWS's Query protocol", () => {
  test('is unescaped exactly once, in each form of escapes', () => {
    const written = '{"a":"<b> & c\'s"}\n';
    for (const escaped of [
      '{&quot;a&quot;:&quot;&lt;b&gt; &amp; c&apos;s&quot;}\n',
      '{&#34;a&#34;:&#34;&#60;b&#62; &#38; c&#39;s&#34;}&#10;',
      '{&#x22;a&#x22;:&#x22;&#x3C;b&#x3e; &amp; c&#x27;s&#x22;}&#xA;',
    ]) {
      expect(element(`<A><TemplateBody>${escaped}</TemplateBody></A>`, 'TemplateBody')).toBe(written);
    }
    // Text that looks like an escape stays text.
    expect(element('<A>&amp;lt;</A>', 'A')).toBe('&lt;');
    expect(element('<A>&#x7fffffff;&nonsense;</A>', 'A')).toBe('&#x7fffffff;&nonsense;');
  });

  test('is split into members, and each keeps the lists inside it', () => {
    const xml =
      '<L><member><Id>a</Id><V><member>1</member><member>2</member></V></member><member><Id>b</Id></member></L><M><member>c</member></M>';
    expect(members(xml, 'L').map((each) => element(each, 'Id'))).toEqual(['a', 'b']);
    expect(members(members(xml, 'L')[0] ?? '', 'V')).toEqual(['1', '2']);
    expect(members(xml, 'M')).toEqual(['c']);
    expect([...members(xml, 'N'), ...members('<L/>', 'L')]).toEqual([]);
  });
});
