import { EVENT_ARGUMENTS } from './arguments.ts';

/**
 * Names of event arguments that `evt.arg.NAME` and `evt.rawarg.NAME` may ask for: those of the kernel's system
 * calls (man pages, section 2) and of the events around them, in the spelling rules use.
 */
export const EVENT_ARGS: ReadonlySet<string> = new Set([
  ...[...EVENT_ARGUMENTS.values()].flatMap((all) => all.map(({ name }) => name)),
  ...`
  ID action addr advice advice_name arg arg2_int arg2_str args argument attr backlog behavior
  cap_effective cap_inheritable cap_permitted cgroups clockid cmd comm container_id control core count
  cpu cpu_sys cpu_usr cq_entries create_flags cur cwd data desc description dest dest_addr dev dir
  dirfd domain dpid dqb_bhardlimit dqb_bsoftlimit dqb_btime dqb_curspace dqb_ihardlimit dqb_isoftlimit
  dqb_itime dqi_bgrace dqi_flags dqi_igrace egid end entries env epfd error euid event event_data
  events exe exe_ino exe_ino_ctime exe_ino_mtime exit_code fd fd1 fd2 fd_in fd_out fdin fdlimit fdout
  fds features filename flags flags_old gid group handle handle_bytes home how id image image_name
  info initial initval ino instruction interval iov json key keys len length level linkdirfd linkfd
  linkpath lofd_max loginuid lsm mask max maxevents maxnode min_complete mod mode mount_id mountfd
  msg_control msgcontrol msgs name nativeID new new_address new_fd new_size newcur newdir newdirfd
  newfd newmax newname newpath next nice node nodes nofollow nr_args nr_pages nsems nsops nstype offin
  offout offset old old_address old_fd old_size oldcur olddir olddirfd oldfd oldmax oldname oldpath op
  opcode open_flags option optional optlen optname optval param param_ptr path pathname pgft pgft_maj
  pgft_min pgid pid pid_fd pidns_init_start_ts plugin_id policy pos prio prot proto ptid queuelen
  queuemax queuepct quota_fmt quota_fmt_out quotafilename ratio raw_data reaper_tid request
  request_key res resource ret retval rgid rlimit root rseq ruid scope seccomp sem_flg sem_flg_0
  sem_flg_1 sem_num sem_num_0 sem_num_1 sem_op sem_op_0 sem_op_1 semid sgid shell sid sig sigev
  sigmask signal signo size sockfd source spare special spid sq_entries sq_thread_cpu sq_thread_idle
  sqe src start status suid syscall tags target target_fd tid timeout to_submit trusted_exepath tty
  tuple type uargs uargs_str uid usage user userfault val value vec vlen vm_rss vm_size vm_swap vpgid
  vpid vtid wd whence which who
`
    .trim()
    .split(/\s+/),
]);
