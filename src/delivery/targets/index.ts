/**
 * In: a target's section of the configuration. Out: the service it describes. One file per kind of target; each says
 * where its service documents what it takes.
 */
import type { HttpService } from '../http.ts';
import { type AlertmanagerTarget, alertmanagerService } from './alertmanager.ts';
import { type ElasticsearchTarget, elasticsearchService } from './elasticsearch.ts';
import { type LokiTarget, lokiService } from './loki.ts';
import { type PagerDutyTarget, pagerDutyService } from './pagerduty.ts';
import { type SlackTarget, slackService } from './slack.ts';
import type { TargetCommon } from './target.ts';
import { type WebhookTarget, webhookService } from './webhook.ts';

export type { TargetCommon } from './target.ts';

/** One entry of the configuration's list: exactly one of them is there. */
export interface Target {
  readonly slack?: SlackTarget | undefined;
  readonly pagerduty?: PagerDutyTarget | undefined;
  readonly loki?: LokiTarget | undefined;
  readonly elasticsearch?: ElasticsearchTarget | undefined;
  readonly alertmanager?: AlertmanagerTarget | undefined;
  readonly webhook?: WebhookTarget | undefined;
}

export interface TargetOutput {
  readonly common: TargetCommon;
  readonly service: HttpService;
}

export function targetOutputs(target: Target): TargetOutput[] {
  const { slack, pagerduty, loki, elasticsearch, alertmanager, webhook } = target;
  return [
    slack && { common: slack, service: slackService(slack) },
    pagerduty && { common: pagerduty, service: pagerDutyService(pagerduty) },
    loki && { common: loki, service: lokiService(loki) },
    elasticsearch && { common: elasticsearch, service: elasticsearchService(elasticsearch) },
    alertmanager && { common: alertmanager, service: alertmanagerService(alertmanager) },
    webhook && { common: webhook, service: webhookService(webhook) },
  ].filter((output) => output !== undefined);
}
