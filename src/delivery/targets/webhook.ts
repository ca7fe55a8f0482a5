import { printableJson } from '../../base/printable.ts';
import { compileTemplate } from '../../base/template.ts';
import type { HttpService } from '../http.ts';
import { eventOf } from './event.ts';
import { json, type TargetCommon, targetEndpoint } from './target.ts';

/** Any server that takes a request for each alert. */
export interface WebhookTarget extends TargetCommon {
  readonly address: string;
  readonly method: 'POST' | 'PUT';
  readonly customheaders: Readonly<Record<string, string>>;
  /** A template of the body; empty for Falco's JSON. Inserted texts are escaped for a JSON string. */
  readonly body: string;
}

export function webhookService(target: WebhookTarget): HttpService {
  const compiled = compileTemplate(target.body);
  const template = 'render' in compiled && target.body !== '' ? compiled : null;
  return {
    name: target.name,
    endpoint: targetEndpoint(target, {
      url: target.address,
      method: target.method,
      headers: target.customheaders,
    }),
    encode: (alert) => Buffer.from(template?.render(alert, insideString) ?? json(eventOf(alert, target))),
  };
}

function insideString(text: string): string {
  return printableJson(JSON.stringify(text)).slice(1, -1);
}
