import type { Alert } from '../../base/alert.ts';
import { printable } from '../../base/printable.ts';
import { compileTemplate, type Template, textOf } from '../../base/template.ts';
import type { HttpService } from '../http.ts';
import { bounded, clipped, fieldsOf, isoTime, json, type TargetCommon, targetEndpoint } from './target.ts';

/** An incoming webhook: https://api.slack.com/messaging/webhooks. Mattermost and Rocket.Chat take the same. */
export interface SlackTarget extends TargetCommon {
  readonly webhookurl: string;
  readonly channel: string;
  readonly username: string;
  readonly icon: string;
  readonly footer: string;
  /** The output's text, its fields, or both. */
  readonly outputformat: 'all' | 'text' | 'fields';
  /** A template for the line above the attachment. */
  readonly messageformat: string;
}

// Slack shows no more of a text, and refuses messages with too many parts.
const MAX_TEXT = 3000;
const MAX_FIELDS = 40;
// Side by side in two columns where the value is short.
const SHORT = 40;
const COLOURS = ['#a30200', '#a30200', '#a30200', '#e01e5a', '#ecb22e', '#36c5f0', '#2eb67d', '#9e9ea6'];

export function slackService(target: SlackTarget): HttpService {
  const compiled = compileTemplate(target.messageformat);
  const headline = 'render' in compiled && target.messageformat !== '' ? compiled : null;
  return {
    name: target.name,
    endpoint: targetEndpoint(target, { url: target.webhookurl }),
    encode: (alert) => Buffer.from(json(slackMessage(alert, target, headline))),
  };
}

function slackMessage(alert: Alert, target: SlackTarget, headline: Template | null): object {
  const { channel, username, icon, footer, outputformat } = target;
  const text = escapeSlack(bounded(alert.output, MAX_TEXT));
  const attachment = {
    color: COLOURS[alert.priorityNumber],
    fallback: escapeSlack(bounded(`${alert.priority}: ${alert.rule} on ${alert.hostname}`, MAX_TEXT)),
    ...(outputformat === 'fields' ? {} : { text }),
    ...(outputformat === 'text' ? {} : { fields: slackFields(alert, target) }),
    ...(footer === '' ? {} : { footer }),
    ts: Number(alert.timeNs / 1_000_000_000n),
  };
  return {
    ...(channel === '' ? {} : { channel }),
    ...(username === '' ? {} : { username }),
    ...(icon === '' ? {} : { icon_url: icon }),
    ...(headline === null ? {} : { text: clipped(headline.render(alert, escapedLine), MAX_TEXT) }),
    attachments: [attachment],
  };
}

function slackFields(alert: Alert, target: SlackTarget): object[] {
  const pairs: [string, string][] = [
    ['rule', alert.rule],
    ['priority', alert.priority],
    ['hostname', alert.hostname],
    ['source', alert.source],
    ['time', isoTime(alert)],
    ['tags', alert.tags.join(', ')],
    ...Object.entries(fieldsOf(alert, target)).map(([k, v]): [string, string] => [k, textOf(v)]),
  ];
  return pairs
    .filter(([, value]) => value !== '')
    .slice(0, MAX_FIELDS)
    .map(([title, value]) => ({
      title,
      value: escapeSlack(bounded(value, MAX_TEXT)),
      short: value.length <= SHORT,
    }));
}

function escapedLine(text: string): string {
  return escapeSlack(printable(text));
}

/** Slack reads `<!channel>` and links between angle brackets: an event must not ring anybody's bell. */
function escapeSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
