/** Field catalogue: placeholder types, filled by the rules work. */
export type FieldType =
  | 'text'
  | 'bool'
  | 'i64'
  | 'u64'
  | 'i32'
  | 'u32'
  | 'port'
  | 'abstime'
  | 'reltime'
  | 'ip'
  | 'net'
  | 'bytes';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
}
