# Written by crosswall. Changes are overwritten.

import {
  to = aws_security_group.db
  id = "sg-0123456789abcdef0"
}
