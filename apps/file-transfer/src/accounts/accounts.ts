/** Who may log in, for FTP and SFTP alike. */
import type { Login } from "./login.ts";

export interface Accounts {
  /**
   * Undefined: wrong name or wrong password; both take the same time, and neither holds up the loop. Anonymous FTP
   * ("anonymous", "ftp") takes any password where `--anonymous` is given. Throws PasswordsBusy where too many wait.
   */
  withPassword(user: string, password: string): Promise<Login | undefined>;
  /** Lines in the manner of OpenSSH's authorized_keys; none for an unknown user. Read anew at each call. */
  authorizedKeys(user: string): Promise<readonly string[]>;
  /** After the session has checked a key's signature. Undefined: no such user (any more). */
  withKey(user: string): Login | undefined;
  /** Whether USER alone is enough to go on to an anonymous PASS. */
  isAnonymous(user: string): boolean;
  /** SIGHUP: the files of users and keys are read again; on a mistake in them the old ones go on, and it rejects with UsageError. */
  reload(): Promise<void>;
  /** The thread that checks passwords ends. */
  close(): Promise<void>;
}
