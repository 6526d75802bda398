/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG and JPEG pictures: which, say the seeds. */
#include "fuzz.h"
#include "picture.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  CjdPicture header, picture;
  guint8 fitted[3 * 5 * 7];
  const gboolean start = cjd_picture_parse (data, size, FALSE, &header, NULL);
  const gboolean done = cjd_picture_parse (data, size, TRUE, &picture, &error);

  fuzz_check (done, error);
  if (!done)
    return 0;
  g_assert_true (start);
  g_assert_cmpuint (picture.width, ==, header.width);
  g_assert_cmpuint (picture.height, ==, header.height);
  cjd_picture_fit (&picture, 3, 5, 7, fitted);
  cjd_picture_clear (&picture);
  return 0;
}
