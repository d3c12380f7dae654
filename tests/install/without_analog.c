/* What a build without the analogue model says of it. */
#include <mho/mho.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char message[200] = "";
  mho_detector* d = NULL;
  const mho_error e = mho_detector_new("analog-zf", NULL, &d, message, sizeof message);
  printf("%s\n", message);
  if (e != MHO_UNKNOWN_NAME || strstr(message, "this build of mho has no analogue model") == NULL) return 1;
  mho_kinds* list = NULL;
  if (MHO_HAVE_ANALOG || mho_kinds_new(&list) != MHO_NONE) return 1;
  int analogue = 0;
  for (size_t i = 0; i < mho_kinds_count(list); ++i) {
    mho_kind kind;
    analogue += mho_kinds_kind(list, i, &kind) != MHO_NONE || strncmp(kind.name, "analog", 6) == 0 ? 1 : 0;
  }
  mho_kinds_free(list);
  return analogue;
}
