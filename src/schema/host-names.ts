/**
 * Fields that are compared with the name of a host. `fd.sip.name = example.org` asks whether the address is one of
 * those that the name stands for: rules bind the field with the name as argument and get true, false, or null while
 * there is no address or the name has not been looked up. Without argument the field is a name of the address.
 */
export const HOST_NAME_FIELDS: ReadonlySet<string> = new Set([
  'fd.cip.name',
  'fd.sip.name',
  'fd.lip.name',
  'fd.rip.name',
]);
