/* Does what rules of the arm64 guest look at. The argument tells runs apart. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd;

	close(open("/etc/shadow", O_RDONLY));
	close(open("/tmp/directory", O_RDONLY | O_DIRECTORY));
	/* Bits that arm64 numbers otherwise than x86-64; that it fails does not matter. */
	open("/tmp/missing", O_WRONLY | O_DIRECT);
	mkdir("/tmp/made", 0700);
	rename("/tmp/made", "/tmp/moved");
	rmdir("/tmp/moved");
	chmod("/tmp/directory", 0711);
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	close(dup(1));
	execl("/tmp/nothing", "nothing", (char *)NULL);
	return 7;
}
