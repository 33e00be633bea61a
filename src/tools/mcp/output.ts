import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';

/** What a model is told that a tool gave: its texts; of what is no text, what it is. */
export function outputOf({ content, structuredContent }: CallToolResult): string {
  const hasText = content.some(({ type }) => type === 'text');
  const parts = content.map(partText);
  if (!hasText && structuredContent !== undefined) parts.unshift(JSON.stringify(structuredContent));
  return parts.join('\n');
}

function partText(part: ContentBlock): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
    case 'audio':
      return `[${part.type}: ${part.mimeType}, ${bytesOf(part.data)} bytes]`;
    case 'resource_link':
      return `[resource: ${[part.title ?? part.name, part.uri].join(', ')}]`;
    case 'resource': {
      const { resource } = part;
      if ('text' in resource) return `[resource: ${resource.uri}]\n${resource.text}`;
      const facts = [resource.uri, ...(resource.mimeType === undefined ? [] : [resource.mimeType])];
      return `[resource: ${facts.join(', ')}, ${bytesOf(resource.blob)} bytes]`;
    }
  }
}

function bytesOf(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}
